/**
 * What the auto-configurations of starter and console depend on.
 */
@org.jspecify.annotations.NullMarked
package dev.pgevents.spring.internal.condition;
