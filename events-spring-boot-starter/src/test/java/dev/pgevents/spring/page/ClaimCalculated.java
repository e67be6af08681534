package dev.pgevents.spring.page;

import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;

@DomainEvent("epoch.claim_calculated")
record ClaimCalculated(@AppId String app, long index) {
}
