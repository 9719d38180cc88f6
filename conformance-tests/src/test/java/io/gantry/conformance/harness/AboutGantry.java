package io.gantry.conformance.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Marks tests of what Gantry promises beyond CRI, such as the words of its answers. They are left
 * out where the endpoint is somebody else's.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Tag("gantry")
@DisabledIfSystemProperty(named = "cri.endpoint", matches = ".+", disabledReason = "about Gantry")
public @interface AboutGantry {}
