package dev.pgevents.postgres.internal.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is read of a socket as pgjdbc reads its notifications: a wait, and a peek for
 * another one.
 */
@Timeout(20)
class SocketInputTests {

	private static final int WAIT = (int) TimeUnit.SECONDS.toMillis(10);

	private static final int PEEK = 1;

	private SocketChannel peer;

	private SocketChannel own;

	private CountingChannel source;

	private SocketInput input;

	@BeforeEach
	void connect() throws IOException {
		try (ServerSocketChannel server = ServerSocketChannel.open()) {
			server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			this.own = SocketChannel.open(server.getLocalAddress());
			this.peer = server.accept();
		}
		this.own.configureBlocking(false);
		this.source = new CountingChannel(this.own);
		this.input = new SocketInput(this.own, this.source, Duration.ofSeconds(10), new Deadline());
	}

	@AfterEach
	void close() throws IOException {
		this.peer.close();
		this.input.close();
	}

	@Test
	void messageThatComesAloneIsReadOnce() throws IOException {
		receive("first");
		this.source.reads = 0;
		receive("second");
		receive("third");
		assertThat(this.source.reads).isEqualTo(2);
	}

	@Test
	void moreThanTheBufferHoldsIsReadOn() throws IOException {
		String large = "x".repeat(100_000);
		Thread sender = new Thread(() -> send(large));
		sender.start();
		byte[] bytes = new byte[large.length()];
		this.input.setTimeout(WAIT);
		assertThat(this.input.readNBytes(bytes, 0, bytes.length)).isEqualTo(bytes.length);
		receive("after it");
	}

	@Test
	void endIsSeenAfterAMessage() throws IOException {
		send("last");
		this.peer.close();
		this.input.setTimeout(WAIT);
		assertThat(new String(this.input.readNBytes(4))).isEqualTo("last");
		this.input.setTimeout(WAIT);
		assertThat(this.input.read()).isNegative();
		assertThat(this.input.read()).isNegative();
	}

	@Test
	void hangUpOfAnIdleConnectionIsUnread() throws IOException {
		receive("message");
		assertThat(this.input.hasUnread()).isFalse();
		this.peer.close();
		this.input.setTimeout(WAIT);
		assertThat(this.input.read()).isNegative();
		assertThat(this.input.hasUnread()).isTrue();
	}

	private void receive(String message) throws IOException {
		send(message);
		this.input.setTimeout(WAIT);
		assertThat(new String(this.input.readNBytes(message.length()))).isEqualTo(message);
		this.input.setTimeout(PEEK);
		assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(this.input::read);
	}

	private void send(String message) {
		try {
			ByteBuffer bytes = ByteBuffer.wrap(message.getBytes());
			while (bytes.hasRemaining()) {
				this.peer.write(bytes);
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static final class CountingChannel implements ReadableByteChannel {

		private final SocketChannel channel;

		private int reads;

		private CountingChannel(SocketChannel channel) {
			this.channel = channel;
		}

		@Override
		public int read(ByteBuffer target) throws IOException {
			this.reads++;
			return this.channel.read(target);
		}

		@Override
		public boolean isOpen() {
			return this.channel.isOpen();
		}

		@Override
		public void close() throws IOException {
			this.channel.close();
		}

	}

}
