package dev.pgevents.spring.autoconfigure;

import java.util.List;
import java.util.function.Supplier;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.function.SingletonSupplier;

/**
 * The beans of a type in their order, made when they are first needed.
 */
final class OrderedBeans {

	private OrderedBeans() {
	}

	static <T> Supplier<List<T>> of(ObjectProvider<T> beans) {
		return SingletonSupplier.of(() -> beans.orderedStream().toList());
	}

}
