/**
 * Where the bus's own connections go: to what an {@code EventsConnectionDetails} bean,
 * the {@code events.postgres.*} properties, the application's DataSource or Boot's
 * connection details say, whichever comes first, asked anew at every attempt. Reading a
 * DataSource is the business of {@link dev.pgevents.postgres.ConnectionSource}.
 */
@NullMarked
package dev.pgevents.spring.internal.connection;

import org.jspecify.annotations.NullMarked;
