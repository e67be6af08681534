/**
 * Groups beside what else does the work of a table once: each peer at its defaults and as
 * its manual recommends it for load, with the same publishers, the same effect and a pool
 * of connections of its own.
 */
@NullMarked
package dev.pgevents.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
