package dev.pgevents.spring.internal.externalization.payload;

import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;

@DomainEvent(value = "order.leaving", externalize = true)
public record Leaving(@AppId String app) {

}
