/**
 * An application with a console.
 */
package dev.pgevents.console.app;
