/**
 * Application events that leave through the bus: those of classes that say so with
 * {@link dev.pgevents.spring.DomainEvent#externalize}, and those that Spring Modulith
 * externalizes.
 */
@NullMarked
package dev.pgevents.spring.internal.externalization;

import org.jspecify.annotations.NullMarked;
