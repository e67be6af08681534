/**
 * Where the bus's own connections go: to what an {@code EventsConnectionDetails} bean,
 * the {@code events.postgres.*} properties, Boot's connection details or the
 * application's DataSource say, whichever comes first, asked anew at every attempt.
 */
@NullMarked
package dev.pgevents.spring.internal.connection;

import org.jspecify.annotations.NullMarked;
