/**
 * What holds the line between what users may name and the rest.
 */
package dev.pgevents.api;
