/**
 * Publishing in Spring's transactions. A {@code TransactionEvents} follows each
 * transaction from its begin, holds what is published in it, forgets what a savepoint
 * takes back, and sends the rest in one statement on the transaction's own connection
 * before it commits, or right after it, as the publish mode says.
 */
@NullMarked
package dev.pgevents.spring.internal.transaction;

import org.jspecify.annotations.NullMarked;
