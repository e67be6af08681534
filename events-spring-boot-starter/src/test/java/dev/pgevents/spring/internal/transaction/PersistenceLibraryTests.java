package dev.pgevents.spring.internal.transaction;

import java.sql.SQLException;
import java.util.List;
import java.util.function.BiConsumer;

import javax.sql.DataSource;

import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.session.Configuration;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;
import org.jdbi.v3.core.Jdbi;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mybatis.spring.SqlSessionTemplate;
import org.mybatis.spring.transaction.SpringManagedTransactionFactory;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What events join where other libraries than Spring's execute the SQL: the rows of
 * docs/compatibility.md.
 */
class PersistenceLibraryTests {

	private static TestPostgres database;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, TransactionAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, EventsAutoConfiguration.class))
		.withPropertyValues(TestDatabase.properties(database));

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
		database.execute("CREATE TABLE data (id int)");
	}

	@Test
	void jooqInSpringsTransactionsIsJoined() {
		isJoined((dataSource, id) -> DSL.using(new TransactionAwareDataSourceProxy(dataSource), SQLDialect.POSTGRES)
			.execute("INSERT INTO data VALUES (?)", id));
	}

	@Test
	void jooqsOwnTransactionIsNone() {
		this.runner.run((context) -> PublishingApplication.with(context, (application) -> {
			DSLContext jooq = DSL.using(context.getBean(DataSource.class), SQLDialect.POSTGRES);
			jooq.transaction((configuration) -> {
				configuration.dsl().execute("INSERT INTO data VALUES (1)");
				application.publish("at once");
				assertThat(application.received().appIds()).containsExactly("at once");
			});
		}));
	}

	@Test
	void mybatisIsJoined() {
		isJoined(
				(dataSource, id) -> new SqlSessionTemplate(mybatis(dataSource)).getMapper(DataMapper.class).insert(id));
	}

	@Test
	void jdbiInSpringsTransactionsIsJoined() {
		isJoined((dataSource, id) -> Jdbi.create(new TransactionAwareDataSourceProxy(dataSource))
			.useHandle((handle) -> handle.execute("INSERT INTO data VALUES (?)", id)));
	}

	@Test
	void jdbisOwnTransactionIsNone() {
		this.runner.run((context) -> PublishingApplication.with(context,
				(application) -> Jdbi.create(context.getBean(DataSource.class)).useTransaction((handle) -> {
					handle.execute("INSERT INTO data VALUES (1)");
					application.publish("at once");
					assertThat(application.received().appIds()).containsExactly("at once");
				})));
	}

	private void isJoined(BiConsumer<DataSource, Integer> insert) {
		this.runner.run((context) -> PublishingApplication.with(context, (application) -> {
			DataSource dataSource = context.getBean(DataSource.class);
			application.jdbc().update("DELETE FROM data");
			application.transaction((status) -> {
				insert.accept(dataSource, 1);
				application.publish("committed");
				assertThat(application.received().appIds()).isEmpty();
			});
			assertThat(application.received().appIds()).containsExactly("committed");
			application.transaction((status) -> {
				insert.accept(dataSource, 2);
				application.publish("rolled back");
				status.setRollbackOnly();
			});
			assertThat(application.received().appIds()).isEmpty();
			assertThat(application.jdbc().queryForList("SELECT id FROM data", Integer.class)).isEqualTo(List.of(1));
		}));
	}

	private static SqlSessionFactory mybatis(DataSource dataSource) {
		Configuration configuration = new Configuration(
				new Environment("test", new SpringManagedTransactionFactory(), dataSource));
		configuration.addMapper(DataMapper.class);
		return new SqlSessionFactoryBuilder().build(configuration);
	}

	interface DataMapper {

		@Insert("INSERT INTO data VALUES (#{id})")
		void insert(int id);

	}

}
