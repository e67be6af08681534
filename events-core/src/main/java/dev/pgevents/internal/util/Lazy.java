package dev.pgevents.internal.util;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A value that is made when it is first asked for, and once. Where making it fails, the
 * next one who asks has it tried again. Thread-safe.
 *
 * @param <T> what kind of value
 */
public final class Lazy<T> implements Supplier<T> {

	private final ReentrantLock lock = new ReentrantLock();

	private final Supplier<? extends T> source;

	private volatile @Nullable T value;

	/**
	 * Creates it without the value.
	 * @param source makes the value
	 */
	public Lazy(Supplier<? extends T> source) {
		this.source = source;
	}

	@Override
	public T get() {
		T known = this.value;
		return (known != null) ? known : make();
	}

	private T make() {
		this.lock.lock();
		try {
			T known = this.value;
			if (known == null) {
				known = this.source.get();
				this.value = known;
			}
			return known;
		}
		finally {
			this.lock.unlock();
		}
	}

}
