/**
 * A small application, as users write them, for tests that start one.
 */
package dev.pgevents.spring.app;
