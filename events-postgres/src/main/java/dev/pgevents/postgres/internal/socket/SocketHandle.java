package dev.pgevents.postgres.internal.socket;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bus's hold on the socket of one connection, from before the driver creates it: the
 * driver makes its sockets from a class name and a text, so the text leads back to this
 * handle. Closing the handle closes the socket, even one that is still dialling.
 * Thread-safe.
 *
 * @since 0.1
 */
public final class SocketHandle implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(SocketHandle.class);

	private static final Map<String, SocketHandle> HANDLES = new ConcurrentHashMap<>();

	private final String token = UUID.randomUUID().toString();

	private final String busName;

	private final Duration stallLimit;

	private final Deadline deadline = new Deadline();

	private volatile @Nullable WakeableSocket socket;

	private volatile boolean closed;

	private SocketHandle(String busName, Duration stallLimit) {
		this.busName = busName;
		this.stallLimit = stallLimit;
	}

	/**
	 * Opens a handle for one connection that is about to be made.
	 * @param busName begins log lines
	 * @param stallLimit how long the peer may stay silent in the middle of a message
	 * @return the handle; close it when the connection is closed
	 */
	public static SocketHandle open(String busName, Duration stallLimit) {
		SocketHandle handle = new SocketHandle(busName, stallLimit);
		HANDLES.put(handle.token, handle);
		return handle;
	}

	static SocketHandle of(String token) {
		SocketHandle handle = HANDLES.get(token);
		if (handle == null) {
			throw new IllegalArgumentException("no connection of an event bus is being made for socketFactoryArg \""
					+ token + "\": this socket factory is for the bus's own connections only");
		}
		return handle;
	}

	/**
	 * What the driver must be given as {@code socketFactoryArg}.
	 * @return the token
	 */
	public String token() {
		return this.token;
	}

	/**
	 * Lets no wait for the peer last longer, dialling included, until set otherwise. For
	 * any thread.
	 * @param nanoTime the end, in {@code System.nanoTime()}
	 */
	public void deadline(long nanoTime) {
		this.deadline.at(nanoTime);
	}

	/**
	 * Ends what {@link #deadline(long)} began.
	 */
	public void noDeadline() {
		this.deadline.none();
	}

	WakeableSocket createSocket() throws IOException {
		if (this.closed) {
			throw new SocketException("connection was closed while it was being made");
		}
		WakeableSocket created = new WakeableSocket(this.stallLimit, this.deadline);
		this.socket = created;
		if (this.closed) {
			created.close();
			throw new SocketException("connection was closed while it was being made");
		}
		return created;
	}

	/**
	 * The socket of the connection: the last one the driver asked for.
	 * @return the socket, or null if the driver asked for none, which means that the
	 * user's own socket factory is in use
	 */
	public @Nullable WakeableSocket socket() {
		return this.socket;
	}

	@Override
	public void close() {
		this.closed = true;
		HANDLES.remove(this.token);
		WakeableSocket current = this.socket;
		if (current != null) {
			try {
				current.close();
			}
			catch (IOException ex) {
				logger.debug("{}: closing a socket failed", this.busName, ex);
			}
		}
	}

}
