/**
 * A page to watch an application's events, and to operate them where that is allowed. An
 * application that has this module and sets {@code events.console.enabled=true} finds it
 * at {@code events.console.path}. What the page shows is recorded by a subscription of
 * the console's own, so that neither an open page nor a slow browser delays a handler.
 * Modules and applications add to the page with a
 * {@link dev.pgevents.console.ConsolePanel}.
 */
@NullMarked
package dev.pgevents.console;

import org.jspecify.annotations.NullMarked;
