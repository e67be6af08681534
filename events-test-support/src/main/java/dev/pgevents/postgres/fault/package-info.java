/**
 * What the tests need to make a network or a server fail, and to tell whether anything
 * was missed in silence.
 */
package dev.pgevents.postgres.fault;
