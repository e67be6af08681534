package dev.pgevents.postgres;

import javax.sql.DataSource;

import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.BeforeEach;

class EventNotifyTests extends EventNotifyContract {

	private TestPostgres database;

	@Override
	DataSource database() {
		return this.database.dataSource();
	}

	@Override
	@BeforeEach
	void createFunction() throws Exception {
		this.database = TestPostgres.shared().createDatabase();
		super.createFunction();
	}

}
