/**
 * Domain events in a Spring Boot application: annotate handler methods with
 * {@link dev.pgevents.spring.OnDomainEvent}, inject a {@link dev.pgevents.Publisher} or
 * the {@link dev.pgevents.spring.DomainEventPublisher}, keep state right with
 * {@link dev.pgevents.spring.SyncOnDomainEvent}. Everything an application imports is
 * here and in {@code dev.pgevents}; nothing needs configuring beyond
 * {@code spring.datasource.*}.
 */
@NullMarked
package dev.pgevents.spring;

import org.jspecify.annotations.NullMarked;
