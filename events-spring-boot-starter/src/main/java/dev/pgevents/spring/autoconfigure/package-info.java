/**
 * What Spring Boot finds by itself: the auto-configurations behind
 * {@code dev.pgevents.spring} and the {@code events.*} properties. Not for applications
 * to import.
 */
@NullMarked
package dev.pgevents.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
