/**
 * What several rooms of the library do alike. Public for the library's own modules only.
 */
@NullMarked
package dev.pgevents.internal.util;

import org.jspecify.annotations.NullMarked;
