/**
 * This library beside its peers: each receiver in a process of its own, all of them sent
 * the same notifications by the same publisher through the same server.
 */
@NullMarked
package dev.pgevents.benchmarks.sidebyside;

import org.jspecify.annotations.NullMarked;
