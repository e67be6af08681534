/**
 * Applications whose database, network or handlers fail, or that are told to end.
 */
package dev.pgevents.spring.fault;
