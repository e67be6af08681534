package dev.pgevents.spring.internal.externalization.payload;

import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;

@DomainEvent("order.shipped")
public record Shipped(@AppId String app) {

}
