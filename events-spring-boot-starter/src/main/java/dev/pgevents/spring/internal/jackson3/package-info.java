/**
 * Payloads by Jackson 3, which Boot 4 has and Boot 3.5 has not: nothing else here names
 * its classes.
 */
@NullMarked
package dev.pgevents.spring.internal.jackson3;

import org.jspecify.annotations.NullMarked;
