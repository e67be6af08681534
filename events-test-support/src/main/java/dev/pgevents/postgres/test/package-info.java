/**
 * Databases for tests, and what looks into them: a server that all tests of a module
 * share, and the log as a test sees it.
 */
package dev.pgevents.postgres.test;
