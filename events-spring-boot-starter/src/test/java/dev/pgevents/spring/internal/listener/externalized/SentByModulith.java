package dev.pgevents.spring.internal.listener.externalized;

import dev.pgevents.spring.DomainEvent;
import org.springframework.modulith.events.Externalized;

@DomainEvent("bridge.sent")
@Externalized
public record SentByModulith(long index) {

}
