/**
 * What whoever starts and stops an application asks of a bus. Public for the packages of
 * the library; users of the library have no need of it.
 */
@NullMarked
package dev.pgevents.internal.lifecycle;

import org.jspecify.annotations.NullMarked;
