package dev.pgevents.spring.internal.transaction;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The connection of a DataSource that Spring has bound to the current thread.
 *
 * @param holder what Spring has bound
 * @param connection the connection, in a transaction
 */
record BoundConnection(ConnectionHolder holder, Connection connection) {

	/**
	 * The connection in whose transaction the thread is: one that is bound and not in
	 * autocommit.
	 * @param dataSource the DataSource, or null if there is none
	 * @return the connection, or null if there is no such transaction
	 */
	static @Nullable BoundConnection current(@Nullable DataSource dataSource) {
		ConnectionHolder holder = holder(dataSource);
		if (holder == null) {
			return null;
		}
		Connection connection = holder.getConnection();
		try {
			return connection.getAutoCommit() ? null : new BoundConnection(holder, connection);
		}
		catch (SQLException ex) {
			throw new PublishException(Outcome.NOT_PUBLISHED, "not published: the transaction's connection is broken",
					ex);
		}
	}

	/**
	 * What Spring has bound for a DataSource.
	 * @param dataSource the DataSource, or null if there is none
	 * @return the holder of a connection, or null if none is bound
	 */
	static @Nullable ConnectionHolder holder(@Nullable DataSource dataSource) {
		if (dataSource == null) {
			return null;
		}
		return (TransactionSynchronizationManager.getResource(key(dataSource)) instanceof ConnectionHolder holder)
				? holder : null;
	}

	/**
	 * Transaction managers bind under the DataSource behind the transaction-aware proxy.
	 */
	private static DataSource key(DataSource dataSource) {
		DataSource target = (dataSource instanceof TransactionAwareDataSourceProxy proxy) ? proxy.getTargetDataSource()
				: null;
		return (target != null) ? key(target) : dataSource;
	}

}
