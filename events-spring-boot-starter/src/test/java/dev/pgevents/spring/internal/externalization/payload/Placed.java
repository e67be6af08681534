package dev.pgevents.spring.internal.externalization.payload;

import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;

import org.springframework.modulith.events.Externalized;

@DomainEvent("order.placed")
@Externalized
public record Placed(@AppId String app) {

}
