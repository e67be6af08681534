package dev.pgevents.spring.internal.transaction;

import java.sql.SQLException;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The connection of a DataSource that Spring has bound to the current thread. That it is
 * bound says nothing of what commits it, if anything does: a transaction manager, or with
 * a transaction that is of something else, or without one, nothing.
 */
final class BoundConnection {

	private BoundConnection() {
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
	 * Whether there is one: that of a transaction that was suspended may be given back.
	 */
	static boolean isThere(@Nullable ConnectionHolder holder) {
		return holder != null && holder.getConnectionHandle() != null;
	}

	/** Whether what is done on the connection waits for a commit. */
	static boolean awaitsCommit(ConnectionHolder holder) {
		try {
			return isThere(holder) && !holder.getConnection().getAutoCommit();
		}
		catch (SQLException ex) {
			return false; // broken: nothing on it can be committed any more
		}
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
