package dev.pgevents.postgres.internal.socket;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The reading half of the socket. What it does follows from the read time-out that pgjdbc
 * sets (42.7.14, {@code QueryExecutorImpl.processNotifies} and
 * {@code PGStream.hasMessagePending}):
 * <ul>
 * <li>1 ms: a peek between two messages, which is answered at once;
 * <li>0: inside a batch of notifications, whose bytes are counted;
 * <li>anything else: a wait for the first byte of a batch, or for the answer to a
 * statement.
 * </ul>
 * Once a batch has grown to its bound, peeks say that nothing is there and bytes are
 * handed out one by one: the driver then buffers nothing beyond the message it is in, so
 * that the next peek comes at the end of that message and ends the batch.
 * <p>
 * Two things escape that: over TLS the bytes are those of records, which end somewhere in
 * a message, and the answer to a statement comes after the backlog before it. The driver
 * then gathers all that there is. The reader is called back whenever that has grown by as
 * much again, so that it can take away what the driver has gathered.
 */
final class SocketInput extends InputStream {

	static final int BATCH_BOUND = 256 * 1024;

	static final int FLOOD = 2 * BATCH_BOUND;

	private static final int BUFFER_SIZE = 64 * 1024;

	/** A few notifications. After more than that, it pays to look for the next ones. */
	private static final int LITTLE = 4 * 1024;

	private static final int PEEK = 1;

	private static final int IN_BATCH = 0;

	private final SocketChannel socketChannel;

	private final ReadableByteChannel source;

	private final Selector selector;

	private final long stallNanos;

	private final Deadline deadline;

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_SIZE).limit(0);

	private int timeout;

	private boolean waiting;

	private long batchBytes;

	private @Nullable Runnable onFlood;

	/** Bytes of which the driver may still hold the notifications. */
	private long gathered;

	private boolean endOfStream;

	/**
	 * The last read got little, hence all that there was: the next one waits first. The
	 * selector is level-triggered, so nothing is missed that has come meanwhile.
	 */
	private boolean drained;

	private volatile boolean woken;

	SocketInput(SocketChannel socketChannel, Duration stallLimit, Deadline deadline) throws IOException {
		this(socketChannel, socketChannel, stallLimit, deadline);
	}

	/** For tests: reads through something that sees how often. */
	SocketInput(SocketChannel socketChannel, ReadableByteChannel source, Duration stallLimit, Deadline deadline)
			throws IOException {
		this.socketChannel = socketChannel;
		this.source = source;
		this.deadline = deadline;
		this.stallNanos = stallLimit.toNanos();
		this.selector = Selector.open();
		socketChannel.register(this.selector, SelectionKey.OP_READ);
	}

	void setTimeout(int timeout) {
		this.timeout = timeout;
		if (timeout > PEEK) {
			this.batchBytes = 0;
		}
	}

	void onFlood(Runnable onFlood) {
		this.onFlood = onFlood;
	}

	void beginWait() {
		this.waiting = true;
		this.batchBytes = 0;
	}

	void endWait() {
		this.waiting = false;
		this.woken = false;
		this.gathered = 0;
	}

	void wakeUp() {
		this.woken = true;
		this.selector.wakeup();
	}

	boolean hasUnread() {
		try {
			return this.buffer.hasRemaining() || fill() != 0;
		}
		catch (IOException ex) {
			return true;
		}
	}

	@Override
	public int read() throws IOException {
		byte[] one = new byte[1];
		return (read(one, 0, 1) < 0) ? -1 : one[0] & 0xFF;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		Objects.checkFromIndexSize(offset, length, target.length);
		if (length == 0) {
			return 0;
		}
		if (this.timeout == PEEK && this.batchBytes >= BATCH_BOUND) {
			throw new NothingThereException();
		}
		if (!this.buffer.hasRemaining() && !awaitBytes()) {
			return -1;
		}
		Runnable told = this.onFlood;
		if (told != null && this.gathered >= FLOOD) {
			this.gathered = 0;
			told.run();
		}
		boolean overBound = this.timeout == IN_BATCH && this.batchBytes >= BATCH_BOUND;
		int count = overBound ? 1 : Math.min(length, this.buffer.remaining());
		this.buffer.get(target, offset, count);
		this.batchBytes += count;
		this.gathered += count;
		return count;
	}

	/**
	 * Nothing, always: pgjdbc then peeks, which is the place where a batch can be ended.
	 */
	@Override
	public int available() {
		return 0;
	}

	@Override
	public void close() throws IOException {
		this.selector.close();
		this.socketChannel.close();
	}

	/**
	 * Fills the buffer; false at the end of the stream. An event that comes alone to an
	 * idle bus takes one wait and one read: what was drained is not read again in order
	 * to see that.
	 */
	private boolean awaitBytes() throws IOException {
		int count = this.drained ? 0 : fill();
		if (count == 0) {
			if (this.timeout == PEEK) {
				throw new NothingThereException();
			}
			count = select();
		}
		return count > 0;
	}

	private int select() throws IOException {
		boolean interrupted = false;
		try {
			long end = System.nanoTime() + this.deadline.atMost(patience());
			while (true) {
				if (this.woken && mayStop()) {
					this.woken = false;
					throw new NothingThereException();
				}
				long left = end - System.nanoTime();
				if (left <= 0) {
					throw timedOut();
				}
				this.selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
				this.selector.selectedKeys().clear();
				// A selector does not wait in an interrupted thread.
				interrupted |= Thread.interrupted();
				int count = fill();
				if (count != 0) {
					return count;
				}
			}
		}
		catch (ClosedSelectorException ex) {
			throw new SocketException("Socket closed");
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Whether the wait may end without a byte: not in the middle of a message. */
	private boolean mayStop() {
		return this.waiting && this.timeout > PEEK && this.batchBytes == 0;
	}

	private long patience() {
		if (this.timeout == IN_BATCH || (this.waiting && this.batchBytes > 0)) {
			return this.stallNanos;
		}
		return TimeUnit.MILLISECONDS.toNanos(this.timeout);
	}

	private IOException timedOut() {
		if (this.timeout == IN_BATCH && this.deadline.atMost(1) > 0) {
			return new SocketException("the server fell silent in the middle of a message for "
					+ TimeUnit.NANOSECONDS.toMillis(this.stallNanos) + " ms");
		}
		return new SocketTimeoutException("Read timed out");
	}

	private int fill() throws IOException {
		if (this.endOfStream) {
			return -1;
		}
		this.buffer.clear();
		int count = 0;
		try {
			count = this.source.read(this.buffer);
		}
		catch (ClosedChannelException ex) {
			throw new SocketException("Socket closed");
		}
		finally {
			this.buffer.flip();
		}
		this.endOfStream = count < 0;
		this.drained = count >= 0 && count < LITTLE;
		return count;
	}

	/** Thrown for each peek: it has no use for a stack trace. */
	private static final class NothingThereException extends SocketTimeoutException {

		private static final long serialVersionUID = 1L;

		private NothingThereException() {
			super("nothing to read");
		}

		@Override
		@SuppressWarnings("UnsynchronizedOverridesSynchronized")
		public Throwable fillInStackTrace() {
			return this;
		}

	}

}
