package io.gantry.conformance.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Says that another runtime does not do what a test, or all tests of a class, ask for, and why that
 * is as it is. There the test counts as skipped with the reason when it fails. On the version that
 * the note was made for it must fail, and what succeeds after all is a failure, so that notes stay
 * true.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Differs.All.class)
@ExtendWith(Differences.class)
public @interface Differs {

  /** What the runtime calls itself in its answer to Version. */
  String runtime();

  /** Beginning of the version that the note was made for. */
  String version() default "1.6";

  /** What it does instead. */
  String why();

  /** Names of the cases of a table for which it holds; empty for all. */
  String[] cases() default {};

  /** Whether it shows only at times; then the test is skipped whatever came of it. */
  boolean sometimes() default false;

  /** More than one. */
  @Target({ElementType.METHOD, ElementType.TYPE})
  @Retention(RetentionPolicy.RUNTIME)
  @ExtendWith(Differences.class)
  @interface All {
    Differs[] value();
  }
}
