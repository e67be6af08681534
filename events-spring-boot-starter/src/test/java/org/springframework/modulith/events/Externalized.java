package org.springframework.modulith.events;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/**
 * Stands for Spring Modulith's annotation of this name.
 */
@Retention(RetentionPolicy.RUNTIME)
public @interface Externalized {

}
