package org.jmolecules.event.annotation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/**
 * Stands for jMolecules' annotation of this name.
 */
@Retention(RetentionPolicy.RUNTIME)
public @interface Externalized {

	String value() default "";

	String target() default "";

}
