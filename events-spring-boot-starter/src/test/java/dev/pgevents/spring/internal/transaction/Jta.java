package dev.pgevents.spring.internal.transaction;

import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import dev.pgevents.postgres.test.TestPostgres;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.agroal.narayana.NarayanaTransactionIntegration;
import org.postgresql.xa.PGXADataSource;

import org.springframework.transaction.jta.JtaTransactionManager;

/**
 * JTA as Narayana does it, with its logs in memory, and Agroal for connections that take
 * part.
 */
final class Jta {

	static {
		for (String name : new String[] { "", "communicationStore", "stateStore" }) {
			ObjectStoreEnvironmentBean bean = name.isEmpty()
					? BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class)
					: BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, name);
			bean.setObjectStoreType(VolatileStore.class.getName());
		}
	}

	private Jta() {
	}

	static JtaTransactionManager transactionManager() {
		return new JtaTransactionManager(com.arjuna.ats.jta.UserTransaction.userTransaction(),
				com.arjuna.ats.jta.TransactionManager.transactionManager());
	}

	static DataSource dataSource(TestPostgres database) {
		try {
			return AgroalDataSource
				.from(new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration((pool) -> pool.maxSize(5)
					.acquisitionTimeout(Duration.ofSeconds(20))
					.transactionIntegration(new NarayanaTransactionIntegration(
							com.arjuna.ats.jta.TransactionManager.transactionManager(),
							com.arjuna.ats.jta.common.jtaPropertyManager.getJTAEnvironmentBean()
								.getTransactionSynchronizationRegistry()))
					.connectionFactoryConfiguration(
							(connections) -> connections.connectionProviderClass(PGXADataSource.class)
								.jdbcUrl(database.url())
								.principal(new NamePrincipal(database.user()))
								.credential(new SimplePassword(database.password())))));
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
