package dev.pgevents.postgres.internal.socket;

import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The writing half of the socket: writes what the socket takes, and waits for room up to
 * the stall limit, so that a peer that reads nothing cannot hold a thread for ever.
 */
final class SocketOutput extends OutputStream {

	private final SocketChannel socketChannel;

	private final long stallNanos;

	private final Deadline deadline;

	SocketOutput(SocketChannel socketChannel, Duration stallLimit, Deadline deadline) {
		this.socketChannel = socketChannel;
		this.deadline = deadline;
		this.stallNanos = stallLimit.toNanos();
	}

	@Override
	public void write(int value) throws IOException {
		write(new byte[] { (byte) value }, 0, 1);
	}

	@Override
	public void write(byte[] source, int offset, int length) throws IOException {
		ByteBuffer bytes = ByteBuffer.wrap(source, offset, length);
		try {
			while (bytes.hasRemaining()) {
				if (this.socketChannel.write(bytes) == 0) {
					awaitRoom();
				}
			}
		}
		catch (ClosedChannelException ex) {
			throw new SocketException("Socket closed");
		}
	}

	private void awaitRoom() throws IOException {
		boolean interrupted = false;
		try (Selector selector = Selector.open()) {
			this.socketChannel.register(selector, SelectionKey.OP_WRITE);
			long patience = this.deadline.atMost(this.stallNanos);
			long end = System.nanoTime() + patience;
			do {
				long left = end - System.nanoTime();
				if (left <= 0) {
					throw new SocketTimeoutException(
							"the server read nothing for " + TimeUnit.NANOSECONDS.toMillis(patience) + " ms");
				}
				selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
				// A selector does not wait in an interrupted thread.
				interrupted |= Thread.interrupted();
			}
			while (selector.selectedKeys().isEmpty());
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
