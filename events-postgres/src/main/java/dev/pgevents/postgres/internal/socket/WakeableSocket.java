package dev.pgevents.postgres.internal.socket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A socket whose waiting read can be woken and whose peek costs nothing, for use under
 * pgjdbc, over TLS as well. Reads and writes are for one thread at a time;
 * {@link #wakeUp()} and {@link #close()} are for any. Not affected by interrupts.
 *
 * @since 0.1
 */
// The methods of Socket are synchronized for state that is not used here, and holding a
// monitor while closing or dialling is what this class must not do.
@SuppressWarnings("UnsynchronizedOverridesSynchronized")
public final class WakeableSocket extends Socket {

	/** Another host may answer. */
	private static final Duration LONGEST_DIAL = Duration.ofSeconds(10);

	private final SocketChannel socketChannel;

	/**
	 * The socket channel's view of itself as a socket: options, addresses, connecting.
	 */
	private final Socket options;

	private final Duration stallLimit;

	private final Deadline deadline;

	private volatile @Nullable SocketInput input;

	private volatile @Nullable SocketOutput output;

	private volatile int soTimeout;

	WakeableSocket(Duration stallLimit, Deadline deadline) throws IOException {
		this.deadline = deadline;
		this.socketChannel = SocketChannel.open();
		this.options = this.socketChannel.socket();
		this.stallLimit = stallLimit;
	}

	@Override
	public void connect(SocketAddress endpoint) throws IOException {
		connect(endpoint, 0);
	}

	/**
	 * Dials for as long as the peer may be silent, if that is longer than the driver
	 * (42.7.14) says: its time-out for dialling is one for all hosts of a URL, so that
	 * after one that does not answer the others would get a millisecond each, at every
	 * attempt.
	 */
	@Override
	public void connect(SocketAddress endpoint, int timeout) throws IOException {
		int whole = (int) Math.min(LONGEST_DIAL.toMillis(), this.stallLimit.toMillis());
		this.options.connect(endpoint, this.deadline.atMostMillis(Math.max(timeout, whole)));
		this.socketChannel.configureBlocking(false);
		this.input = new SocketInput(this.socketChannel, this.stallLimit, this.deadline);
		this.output = new SocketOutput(this.socketChannel, this.stallLimit, this.deadline);
		if (isClosed()) {
			close();
		}
	}

	@Override
	public InputStream getInputStream() throws IOException {
		return connected(this.input);
	}

	@Override
	public OutputStream getOutputStream() throws IOException {
		return connected(this.output);
	}

	/**
	 * Sets what is called when so much has come, in one batch or before the answer to a
	 * statement, that what the driver gathers takes too much memory.
	 * @param onFlood called by the reading thread, maybe in the middle of a message; must
	 * not use the connection
	 * @throws SocketException if not connected
	 */
	public void onFlood(Runnable onFlood) throws SocketException {
		connected(this.input).onFlood(onFlood);
	}

	/**
	 * Lets the reading thread be woken until {@link #endWait()}, as long as it has not
	 * begun to read a message. For the reading thread.
	 * @throws SocketException if not connected
	 */
	public void beginWait() throws SocketException {
		connected(this.input).beginWait();
	}

	/**
	 * Ends what {@link #beginWait()} began. For the reading thread.
	 * @throws SocketException if not connected
	 */
	public void endWait() throws SocketException {
		connected(this.input).endWait();
	}

	/**
	 * Wakes the reading thread: its wait, the present one or else the next, ends as if it
	 * had timed out.
	 */
	public void wakeUp() {
		SocketInput current = this.input;
		if (current != null) {
			current.wakeUp();
		}
	}

	/**
	 * Whether there is anything to read, an end of stream included. Does not wait. On a
	 * connection that owes no answer it means that the server has ended the session or is
	 * about to. For the reading thread.
	 * @return whether a read would return at once
	 */
	public boolean hasUnread() {
		SocketInput current = this.input;
		return current == null || current.hasUnread();
	}

	@Override
	public void setSoTimeout(int timeout) throws SocketException {
		this.soTimeout = timeout;
		SocketInput current = this.input;
		if (current != null) {
			current.setTimeout(timeout);
		}
	}

	@Override
	public int getSoTimeout() {
		return this.soTimeout;
	}

	@Override
	public void close() throws IOException {
		try {
			this.socketChannel.close();
		}
		finally {
			SocketInput currentInput = this.input;
			if (currentInput != null) {
				currentInput.close();
			}
		}
	}

	@Override
	public boolean isClosed() {
		return !this.socketChannel.isOpen();
	}

	@Override
	public boolean isConnected() {
		return this.options.isConnected();
	}

	@Override
	public boolean isBound() {
		return this.options.isBound();
	}

	@Override
	public void bind(@Nullable SocketAddress bindpoint) throws IOException {
		this.options.bind(bindpoint);
	}

	@Override
	public @Nullable InetAddress getInetAddress() {
		return this.options.getInetAddress();
	}

	@Override
	public InetAddress getLocalAddress() {
		return this.options.getLocalAddress();
	}

	@Override
	public int getPort() {
		return this.options.getPort();
	}

	@Override
	public int getLocalPort() {
		return this.options.getLocalPort();
	}

	@Override
	public @Nullable SocketAddress getRemoteSocketAddress() {
		return this.options.getRemoteSocketAddress();
	}

	@Override
	public @Nullable SocketAddress getLocalSocketAddress() {
		return this.options.getLocalSocketAddress();
	}

	@Override
	public void setTcpNoDelay(boolean on) throws SocketException {
		this.options.setTcpNoDelay(on);
	}

	@Override
	public boolean getTcpNoDelay() throws SocketException {
		return this.options.getTcpNoDelay();
	}

	@Override
	public void setKeepAlive(boolean on) throws SocketException {
		this.options.setKeepAlive(on);
	}

	@Override
	public boolean getKeepAlive() throws SocketException {
		return this.options.getKeepAlive();
	}

	@Override
	public void setSoLinger(boolean on, int linger) throws SocketException {
		this.options.setSoLinger(on, linger);
	}

	@Override
	public int getSoLinger() throws SocketException {
		return this.options.getSoLinger();
	}

	@Override
	public void setReceiveBufferSize(int size) throws SocketException {
		this.options.setReceiveBufferSize(size);
	}

	@Override
	public int getReceiveBufferSize() throws SocketException {
		return this.options.getReceiveBufferSize();
	}

	@Override
	public void setSendBufferSize(int size) throws SocketException {
		this.options.setSendBufferSize(size);
	}

	@Override
	public int getSendBufferSize() throws SocketException {
		return this.options.getSendBufferSize();
	}

	@Override
	public void shutdownInput() throws IOException {
		this.socketChannel.shutdownInput();
	}

	@Override
	public void shutdownOutput() throws IOException {
		this.socketChannel.shutdownOutput();
	}

	@Override
	public boolean isInputShutdown() {
		return this.options.isInputShutdown();
	}

	@Override
	public boolean isOutputShutdown() {
		return this.options.isOutputShutdown();
	}

	private <T> T connected(@Nullable T part) throws SocketException {
		if (isClosed()) {
			throw new SocketException("Socket is closed");
		}
		if (part == null) {
			throw new SocketException("Socket is not connected");
		}
		return part;
	}

}
