package dev.pgevents.postgres;

/**
 * How the server's notification queue is.
 *
 * @param version the server's version, as it gives it
 * @param queueUsage how full the queue that all databases of the server share is, 0 to 1;
 * at 1 every NOTIFY fails
 * @param commitLockWaiters sessions that wait for the lock which notifying transactions
 * hold through their commit
 * @since 0.1
 */
public record ServerStatus(String version, double queueUsage, long commitLockWaiters) {

}
