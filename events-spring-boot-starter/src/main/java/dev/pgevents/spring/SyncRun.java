package dev.pgevents.spring;

import java.time.Duration;
import java.time.Instant;

import dev.pgevents.SyncTrigger;
import org.jspecify.annotations.Nullable;

/**
 * A run of a {@link SyncOnDomainEvent} method that has ended.
 *
 * @param id the method's id, as in {@link DomainEventListenerContainer#ids()}
 * @param trigger why it ran
 * @param started when it began
 * @param took how long it ran
 * @param failure what it threw, or null if it worked
 * @since 0.1
 */
public record SyncRun(String id, SyncTrigger trigger, Instant started, Duration took, @Nullable Throwable failure) {

}
