/**
 * What the annotations on payload classes say: which event type, and where the app id is.
 */
@NullMarked
package dev.pgevents.spring.internal.payload;

import org.jspecify.annotations.NullMarked;
