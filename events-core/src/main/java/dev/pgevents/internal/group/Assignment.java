package dev.pgevents.internal.group;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import dev.pgevents.SubscriptionFilter;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions of a group are this process's, and the lock over them and all that is
 * known of them. It is memory: what the store says comes in by {@link #share}, and what
 * has to be asked of the store is left to the task ({@link StoreTask}). Thread-safe.
 *
 * <p>
 * The lock is held for as long as it takes to change what is known, and never while a
 * store, a handler, a dispatcher or an executor is called: a {@link Change} has that done
 * afterwards. Methods with a parameter of that type are for those who hold the lock; the
 * others take it.
 *
 * <p>
 * A partition is ours from {@link #share} on until it is <em>released</em>, because
 * another process waits for it and its cursor is where it should be, or <em>lost</em>:
 * another process moved its cursor, or the store cannot be asked. Of what is lost nothing
 * counts any more; it is known until its handler has ended, so that no other one begins
 * beside it.
 */
final class Assignment {

	private final Members members;

	private final Effects effects;

	private final Room room;

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<Integer, PartitionState> partitions = new HashMap<>();

	/** The newest positions of partitions that were not ours when they arrived. */
	private final Map<Integer, Long> heard = new HashMap<>();

	/** Events arrive, so that partitions may be ours. */
	private boolean listening;

	/** Nothing is begun any more. */
	private boolean closing;

	/** The store has to be asked which partitions are ours. */
	private boolean shareDue;

	/** What is known of cursors may be wrong: the store may be another one. */
	private boolean reloadDue;

	Assignment(Members members, Effects effects) {
		this.members = members;
		this.effects = effects;
		this.room = new Room(members);
	}

	/** Takes the lock, until the change is closed. */
	Change change() {
		return Change.begin(this.lock, this.effects);
	}

	/** A condition of the lock. */
	Condition condition() {
		return this.lock.newCondition();
	}

	/** Events arrive from now on. By the thread that listens. */
	void live() {
		try (Change change = change()) {
			this.listening = true;
			shareSoon(change);
		}
	}

	/**
	 * Events may have been missed, and the store may be another one. By the thread that
	 * listens.
	 */
	void gap() {
		try (Change change = change()) {
			this.listening = true;
			this.reloadDue = true;
			shareSoon(change);
		}
	}

	/**
	 * Nothing arrives any more until further notice: others take over. By the thread that
	 * stops listening.
	 */
	void suspend() {
		try (Change change = change()) {
			this.listening = false;
			forgetAll(change);
		}
	}

	/**
	 * Something may have changed in the store, or among the handlers here. By anybody.
	 */
	void look() {
		try (Change change = change()) {
			shareSoon(change);
		}
	}

	private void shareSoon(Change change) {
		this.shareDue = true;
		change.work();
	}

	/**
	 * A handler is one of the group's no more. What it has begun ends by itself; what it
	 * has not is read again, here or elsewhere. By the thread that closes its
	 * subscription.
	 */
	void removed(Member member) {
		try (Change change = change()) {
			for (PartitionState partition : this.partitions.values()) {
				// What it asked for must not be passed over.
				partition.surplus(true);
				InHand inHand = partition.inHand();
				if (inHand != null && inHand.member() == member && inHand.isOffered()) {
					partition.drop(inHand);
				}
			}
			shareSoon(change);
		}
	}

	/** Begins nothing any more. By the thread that closes the bus. */
	void close() {
		this.lock.lock();
		try {
			this.closing = true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** All partitions are to be released. By the thread that closes the bus. */
	void giveUp() {
		this.lock.lock();
		try {
			this.partitions.values().forEach((partition) -> partition.surplus(true));
			this.shareDue = false;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The group takes no part any more. By the thread that closes the bus.
	 * @return whether it did until now
	 */
	boolean leave() {
		this.lock.lock();
		try {
			boolean left = this.listening;
			this.listening = false;
			return left;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Those for which something is true. They are for handing back: whoever gets them may
	 * look into them in a {@link Change} only.
	 */
	List<PartitionState> where(Predicate<PartitionState> condition) {
		this.lock.lock();
		try {
			return this.partitions.values().stream().filter(condition).toList();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** What was to be read of a partition was not. By the store's task. */
	void unread(PartitionState partition) {
		this.lock.lock();
		try {
			partition.arrivals().missed();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A partition, or null if it is not ours. */
	@Nullable PartitionState find(int number, Change change) {
		return this.partitions.get(number);
	}

	/** All partitions that are ours. */
	Collection<PartitionState> all(Change change) {
		return this.partitions.values();
	}

	boolean isClosing(Change change) {
		return this.closing;
	}

	/**
	 * There is something new of a partition that is not ours: its owner may be gone.
	 * @param number the partition
	 * @param position the position of what is new, 0 if that is not known
	 * @param change of the caller
	 */
	void heard(int number, long position, Change change) {
		if (position > 0) {
			this.heard.merge(number, position, Math::max);
		}
		if (this.listening && !this.closing) {
			change.lookSoon();
		}
	}

	/** A partition is not ours as we knew it: the store says whether it is at all. */
	void lose(PartitionState partition, Change change) {
		this.shareDue |= forget(partition, change);
		change.work();
	}

	/**
	 * Nothing counts any more that is done in a partition.
	 * @return whether it is gone; else it is {@linkplain #lose lost} once its handler has
	 * ended
	 */
	boolean forget(PartitionState partition, Change change) {
		boolean gone = partition.stale();
		if (gone) {
			this.partitions.remove(partition.partition(), partition);
		}
		return gone;
	}

	/** What is known is forgotten, and the store not asked yet. */
	void forgetAll(Change change) {
		List.copyOf(this.partitions.values()).forEach((partition) -> forget(partition, change));
		this.shareDue = false;
	}

	/**
	 * Everything that the store said has to be asked again, because asking failed.
	 * @param reload whether what is known of cursors was not forgotten as it should be
	 * @param change of the caller
	 */
	void shareAgain(boolean reload, Change change) {
		this.shareDue = true;
		this.reloadDue |= reload;
	}

	/** What has to be asked of the store, which the caller does; null for nothing. */
	@Nullable Demand demand(Change change) {
		if (!this.shareDue || !this.listening) {
			return null;
		}
		Demand demand = new Demand(this.members.now(), this.closing, this.reloadDue);
		this.shareDue = false;
		this.reloadDue = false;
		return demand;
	}

	/**
	 * The store has said which partitions are ours.
	 * @param share what it has said
	 * @param demand what it was asked; handlers may have come and gone meanwhile
	 * @param change of the caller
	 * @return the partitions that may take their next event
	 */
	List<PartitionState> share(Share share, Demand demand, Change change) {
		if (!this.listening) {
			return List.of(); // suspended meanwhile
		}
		Map<Integer, Long> epochs = new HashMap<>();
		share.owned().forEach((one) -> epochs.put(one.cursor().partition(), one.cursor().epoch()));
		for (PartitionState partition : List.copyOf(this.partitions.values())) {
			Long epoch = epochs.get(partition.partition());
			if (epoch == null || epoch != partition.epoch()) {
				forget(partition, change);
			}
		}
		boolean outdated = demand.roster().version() != this.members.now().version();
		List<PartitionState> owned = share.owned().stream().map((one) -> own(one, outdated)).toList();
		this.heard.clear();
		return owned;
	}

	private PartitionState own(Share.Owned owned, boolean outdated) {
		int number = owned.cursor().partition();
		PartitionState partition = this.partitions.get(number);
		if (partition == null) {
			partition = new PartitionState(owned, this.room);
			partition.arrivals().exists(this.heard.getOrDefault(number, 0L));
			partition.surplus(owned.surplus() || outdated);
			this.partitions.put(number, partition);
		}
		else if (!partition.isStale()) {
			partition.arrivals().exists(owned.head());
			partition.surplus(owned.surplus() || outdated);
			partition.held(owned.held());
		}
		return partition;
	}

	/** How many more events may wait here to be begun. */
	int room(Change change) {
		return this.room.left();
	}

	/**
	 * For whom the store is to be asked.
	 *
	 * @param roster the handlers here
	 * @param closing whether they take part no longer
	 * @param reload whether what is known of partitions has to be forgotten before
	 */
	record Demand(Members.Roster roster, boolean closing, boolean reload) {

		/** Who takes part. */
		List<Member> members() {
			return this.closing ? List.of() : this.roster.members();
		}

		/** What they ask for. */
		List<SubscriptionFilter> filters() {
			return members().stream().map(Member::filter).toList();
		}

	}

}
