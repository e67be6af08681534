package com.example.rollups;

import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;

@DomainEvent("epoch.closed")
record EpochClosed(@AppId String app, long index) {

}
