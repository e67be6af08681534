package dev.pgevents.spring.internal.listener.externalized;

import dev.pgevents.spring.DomainEvent;
import org.jmolecules.event.annotation.Externalized;

@DomainEvent("bridge.sent")
@Externalized
public record Sent(long index) {

}
