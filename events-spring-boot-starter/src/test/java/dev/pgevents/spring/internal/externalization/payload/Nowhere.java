package dev.pgevents.spring.internal.externalization.payload;

import org.springframework.modulith.events.Externalized;

@Externalized("No Type")
public record Nowhere(String app) {

}
