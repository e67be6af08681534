/**
 * The recipes of {@code docs/testing.md}, and the application that they test.
 */
package dev.pgevents.spring.page;
