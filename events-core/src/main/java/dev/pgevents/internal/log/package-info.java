/**
 * Keeps logs and messages safe from what arrives: any role of the database may send any
 * text. Public for the packages of the library; users of the library have no need of it.
 */
@NullMarked
package dev.pgevents.internal.log;

import org.jspecify.annotations.NullMarked;
