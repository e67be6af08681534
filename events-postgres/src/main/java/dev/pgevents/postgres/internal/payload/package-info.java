/**
 * Payloads as JSON: the mapper that services agree on, and what it can read.
 */
@NullMarked
package dev.pgevents.postgres.internal.payload;

import org.jspecify.annotations.NullMarked;
