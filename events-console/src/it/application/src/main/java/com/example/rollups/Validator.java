package com.example.rollups;

import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.SyncTrigger;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;
import dev.pgevents.spring.SyncOnDomainEvent;

import org.springframework.stereotype.Component;

/** Handles and synchronizes. */
@Component
class Validator {

	final BlockingQueue<EpochClosed> handled = new LinkedBlockingQueue<>();

	final BlockingQueue<ClaimAccepted> accepted = new LinkedBlockingQueue<>();

	final BlockingQueue<SyncTrigger> synchronizedFor = new LinkedBlockingQueue<>();

	final BlockingQueue<Gap> gaps = new LinkedBlockingQueue<>();

	@OnDomainEvent
	void on(EpochClosed epoch) {
		this.handled.add(epoch);
	}

	@OnDomainEvent(types = "claim.accepted", apps = "6")
	void on(ClaimAccepted claim) {
		this.accepted.add(claim);
	}

	@OnDomainEvent(types = "${validator.types:epoch.*}", apps = "no such app", id = "idle")
	@OnDomainEvent(types = "input.received", autoStartup = "false", id = "later")
	void on(Event event, @AppId String app, EventType type, Instant published) {
	}

	@OnGap
	void on(Gap gap) {
		this.gaps.add(gap);
	}

	@SyncOnDomainEvent(types = "epoch.closed", every = "1h")
	void catchUp(SyncTrigger trigger) {
		this.synchronizedFor.add(trigger);
	}

}
