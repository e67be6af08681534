package kotlin.coroutines;

/**
 * Stands for Kotlin's interface of this name, the last parameter of a suspend function.
 *
 * @param <T> the function's result
 */
public interface Continuation<T> {

}
