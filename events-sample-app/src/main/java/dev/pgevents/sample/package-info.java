/**
 * A small rollups node: five services that share nothing but a PostgreSQL and tell each
 * other through it what they have done. Each reacts to events and, for what no event told
 * it, looks at the tables every now and then. A simulated chain feeds it inputs.
 */
@NullMarked
package dev.pgevents.sample;

import org.jspecify.annotations.NullMarked;
