package dev.pgevents.spring.internal.externalization.payload;

import org.springframework.modulith.events.Externalized;

@Externalized("order.routed::#{#this.customer}")
public record Routed(String customer) {

}
