package dev.pgevents.spring.page;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.stereotype.Component;

@Component
class Claims {

	private final Map<String, Long> byApp = new ConcurrentHashMap<>();

	void add(String app, long index) {
		this.byApp.put(app, index);
	}

	Optional<Long> find(String app) {
		return Optional.ofNullable(this.byApp.get(app));
	}

}
