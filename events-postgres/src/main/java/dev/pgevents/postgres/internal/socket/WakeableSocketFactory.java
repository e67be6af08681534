package dev.pgevents.postgres.internal.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

import javax.net.SocketFactory;

/**
 * Makes {@link WakeableSocket}s for one connection of the bus. Public because pgjdbc
 * instantiates it by name, from its {@code socketFactory} and {@code socketFactoryArg}
 * properties.
 *
 * @since 0.1
 */
public final class WakeableSocketFactory extends SocketFactory {

	private final SocketHandle handle;

	/**
	 * The factory behind a handle. Called by pgjdbc.
	 * @param token {@link SocketHandle#token()} of a handle that is open
	 * @throws IllegalArgumentException if there is no such handle
	 */
	public WakeableSocketFactory(String token) {
		this.handle = SocketHandle.of(token);
	}

	@Override
	public Socket createSocket() throws IOException {
		return this.handle.createSocket();
	}

	@Override
	public Socket createSocket(String host, int port) throws IOException {
		return connected(new InetSocketAddress(host, port));
	}

	@Override
	public Socket createSocket(InetAddress host, int port) throws IOException {
		return connected(new InetSocketAddress(host, port));
	}

	@Override
	public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
		return createSocket(host, port);
	}

	@Override
	public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
		return createSocket(host, port);
	}

	private Socket connected(InetSocketAddress address) throws IOException {
		Socket socket = createSocket();
		socket.connect(address);
		return socket;
	}

}
