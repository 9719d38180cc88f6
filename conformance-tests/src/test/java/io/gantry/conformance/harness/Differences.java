package io.gantry.conformance.harness;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;

/** Expects of a test what its {@link Differs} says of the runtime under test. */
final class Differences implements InvocationInterceptor {

  @Override
  public void interceptTestMethod(
      Invocation<Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
      throws Throwable {
    run(test, context);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
      throws Throwable {
    run(test, context);
  }

  @Override
  public void interceptDynamicTest(
      Invocation<Void> test, DynamicTestInvocationContext invocation, ExtensionContext context)
      throws Throwable {
    run(test, context);
  }

  private static void run(Invocation<Void> test, ExtensionContext context) throws Throwable {
    Optional<Differs> difference = difference(context);
    if (difference.isEmpty()) {
      test.proceed();
      return;
    }
    Differs known = difference.get();
    String words = known.runtime() + " differs: " + known.why();
    try {
      test.proceed();
    } catch (Throwable expected) {
      throw new TestAbortedException(words, expected);
    }
    if (known.sometimes()) {
      throw new TestAbortedException(words + " (not this time)");
    }
    if (isOfVersion(context, known.version())) {
      throw new AssertionError("this holds here, so its note must go: " + words);
    }
  }

  private static boolean isOfVersion(ExtensionContext context, String beginning) {
    String version = RuntimeUnderTest.versionIn(context).getRuntimeVersion();
    return version.replaceFirst("^v", "").startsWith(beginning);
  }

  private static Optional<Differs> difference(ExtensionContext context) {
    String runtime = RuntimeUnderTest.versionIn(context).getRuntimeName();
    return notes(context).stream()
        .filter(note -> note.runtime().equals(runtime))
        .filter(note ->
            note.cases().length == 0 || List.of(note.cases()).contains(context.getDisplayName()))
        .findFirst();
  }

  /** Those of the method before those of the class; a dynamic test has its factory's. */
  private static List<Differs> notes(ExtensionContext context) {
    List<Differs> notes = new ArrayList<>();
    Optional<ExtensionContext> here = Optional.of(context);
    while (here.isPresent()) {
      Optional<AnnotatedElement> element = here.get().getElement();
      element.ifPresent(found -> notes.addAll(List.of(found.getAnnotationsByType(Differs.class))));
      here = here.get().getParent();
    }
    return notes;
  }
}
