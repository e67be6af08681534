package dev.pgevents;

import java.util.HashSet;
import java.util.Set;

import dev.pgevents.SyncTrigger.Cause;
import org.jspecify.annotations.Nullable;

/**
 * The reasons to run that have come together since the last run. Not thread-safe.
 */
final class PendingSync {

	private static final int MAX_APPS = 1000;

	private final Set<String> appIds = new HashSet<>();

	private @Nullable Cause cause;

	private long events;

	private boolean allApps;

	void startup() {
		add(Cause.STARTUP);
	}

	void gap() {
		add(Cause.GAP);
	}

	void retry() {
		add(Cause.RETRY);
	}

	void interval() {
		add(Cause.INTERVAL);
	}

	void event(Event event) {
		boolean others = this.allApps;
		add(Cause.EVENT);
		this.events++;
		String appId = event.appId();
		this.allApps = others || appId == null || this.appIds.size() >= MAX_APPS;
		if (appId != null && !this.allApps) {
			this.appIds.add(appId);
		}
	}

	boolean isAny() {
		return this.cause != null;
	}

	SyncTrigger take() {
		Cause told = (this.cause != null) ? this.cause : Cause.INTERVAL;
		SyncTrigger trigger = new SyncTrigger(told, this.events, this.allApps ? Set.of() : this.appIds);
		this.cause = null;
		this.events = 0;
		this.allApps = false;
		this.appIds.clear();
		return trigger;
	}

	private void add(Cause next) {
		this.cause = (this.cause == null || next.compareTo(this.cause) < 0) ? next : this.cause;
		this.allApps = true;
	}

}
